// Makes a class a stand-in for one of the platform's: an heir that never runs its ancestor's constructor.
import * as workers from "node:worker_threads";

/** Node 22 and later: makes an object one that structuredClone() refuses. */
export const { markAsUncloneable: protect } = workers as {
  markAsUncloneable?(object: object): void;
};

/** How the instances of an heir are told and looked into. */
export interface Heir<Instance extends object> {
  /** Whether something was made by the heir's own constructor. */
  isOwn(value: unknown): value is Instance;
  /** The platform's own object in place of an instance. */
  open(instance: Instance): object;
}

/**
 * Puts a class below a platform class, so that its instances are `instanceof` that one too.
 *
 * Its members work on the platform's own instances as well. What the platform's prototype has beyond the class (each
 * version of Node adds a method) is asked of the object that `open` gives; what it lacks is taken off the class.
 *
 * @param heir Has the platform's members, as far as they are known here.
 */
export function inherit<Instance extends object>(
  heir: Class,
  native: Class,
  { isOwn, open }: Heir<Instance>,
): void {
  for (const name of ["name", "length"] as const) {
    Object.defineProperty(heir, name, { value: native[name], configurable: true });
  }
  const { prototype } = heir;
  Object.setPrototypeOf(prototype, native.prototype);
  Object.setPrototypeOf(heir, native);
  listStatics(heir, native);
  for (const [name, member] of Object.entries(membersOf(native.prototype))) {
    if (name === "constructor") continue;
    const own = Object.getOwnPropertyDescriptor(prototype, name);
    Object.defineProperty(prototype, name, combine(name, member, own));
  }
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (!Object.hasOwn(native.prototype, name)) Reflect.deleteProperty(prototype, name);
  }

  /** The prototype is no instance, though Node 20 takes it for one. */
  function asNative(value: object): object {
    return value === prototype ? {} : value;
  }

  function combine(name: string, member: PropertyDescriptor, own?: PropertyDescriptor) {
    const { get, value } = member;
    if (get !== undefined) {
      const ask = own?.get;
      const accessor = {
        get [name](): unknown {
          if (!isOwn(this)) return get.call(asNative(this));
          return ask === undefined ? get.call(open(this)) : ask.call(this);
        },
      };
      return { ...member, get: Object.getOwnPropertyDescriptor(accessor, name)?.get };
    }
    if (typeof value !== "function") return member;
    const call = own?.value as Method | undefined;
    const holder = {
      [name](this: object, ...values: unknown[]): unknown {
        if (!isOwn(this)) return (value as Method).apply(asNative(this), values);
        return call === undefined ? value.apply(open(this), values) : call.apply(this, values);
      },
    };
    return { ...member, value: holder[name] };
  }
}

interface Class {
  readonly name: string;
  readonly length: number;
  readonly prototype: object;
}

type Method = (this: object, ...values: unknown[]) => unknown;

function membersOf(object: object): Record<string, PropertyDescriptor> {
  return Object.getOwnPropertyDescriptors(object) as Record<string, PropertyDescriptor>;
}

/** What the heir says anew is listed as the platform's is. */
function listStatics(heir: Class, native: Class): void {
  for (const [name, { enumerable }] of Object.entries(membersOf(native))) {
    const own = Object.getOwnPropertyDescriptor(heir, name);
    if (own?.configurable) Object.defineProperty(heir, name, { ...own, enumerable });
  }
}
