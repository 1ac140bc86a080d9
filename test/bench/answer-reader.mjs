// Finds the end of an answer, and does as little else as it can.

const HEAD = 0;
const BODY = 1;
const SIZE = 2;
const CHUNK = 3;
const LAST = 4;
const NEWLINE = 10;

export class AnswerReader {
  #state = HEAD;
  #head = "";
  /** Bytes of the body or the chunk that are still to come. */
  #left = 0;
  #size = 0;
  /** Length of an answer that came in one piece: the next one of that length did so, too. */
  #usual = -1;

  /**
   * @param {Buffer} buffer
   * @param {number} length
   * @returns {boolean} whether the answer is complete
   * @throws when its status is not 200, or more bytes came than it has
   */
  read(buffer, length) {
    if (length === this.#usual && this.#state === HEAD && this.#head === "") {
      checkStatus(buffer.latin1Slice(0, 12));
      return true;
    }
    const whole = this.#state === HEAD && this.#head === "";
    const end = this.#advance(buffer, length);
    if (end === undefined) return false;
    if (end !== length) throw new Error("More bytes than one answer has.");
    if (whole) this.#usual = length;
    return true;
  }

  /** @returns {number | undefined} where the answer ends */
  #advance(buffer, length) {
    let at = 0;
    if (this.#state === HEAD) {
      at = this.#readHead(buffer, length);
      if (at < 0) return undefined;
    }
    if (this.#state === BODY) {
      const taken = Math.min(this.#left, length - at);
      this.#left -= taken;
      if (this.#left > 0) return undefined;
      this.#state = HEAD;
      return at + taken;
    }
    return this.#readChunks(buffer, at, length);
  }

  #readHead(buffer, length) {
    const found = buffer.subarray(0, length).indexOf("\r\n\r\n");
    if (found < 0) {
      this.#head += buffer.latin1Slice(0, length);
      // The empty line itself may be torn in two; then it stands in what was kept.
      const torn = this.#head.indexOf("\r\n\r\n");
      if (torn < 0) return -1;
      const after = length - (this.#head.length - torn - 4);
      this.#startBody(this.#head.slice(0, torn + 2));
      return after;
    }
    this.#startBody(this.#head + buffer.latin1Slice(0, found + 2));
    return found + 4;
  }

  #startBody(head) {
    checkStatus(head);
    this.#head = "";
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head);
    if (length) {
      this.#state = BODY;
      this.#left = Number(length[1]);
    } else if (/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) {
      this.#state = SIZE;
      this.#size = 0;
    } else throw new Error(`An answer without a length:\n${head}`);
  }

  #readChunks(buffer, from, length) {
    let at = from;
    while (at < length) {
      if (this.#state === CHUNK) {
        const taken = Math.min(this.#left, length - at);
        this.#left -= taken;
        at += taken;
        if (this.#left > 0) return undefined;
        this.#state = SIZE;
        this.#size = 0;
        continue;
      }
      const byte = buffer[at++];
      if (this.#state === LAST) {
        if (byte !== NEWLINE) continue;
        this.#state = HEAD;
        return at;
      }
      if (byte === NEWLINE) {
        this.#left = this.#size + 2;
        this.#state = this.#size === 0 ? LAST : CHUNK;
      } else if (byte !== 13) this.#size = this.#size * 16 + hex(byte);
    }
    return undefined;
  }
}

function hex(byte) {
  return byte < 58 ? byte - 48 : (byte | 32) - 87;
}

function checkStatus(head) {
  if (!head.startsWith("HTTP/1.1 200")) throw new Error(`Not a 200: ${head.slice(0, 60)}`);
}
