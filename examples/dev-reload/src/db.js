// Stands for a pool of connections: it must be opened once.
let pools = 0;

function openPool() {
  pools++;
  let visits = 0;
  return {
    get pools() {
      return pools;
    },
    get visits() {
      return visits;
    },
    visit: () => ++visits,
  };
}

export const db = openPool();
