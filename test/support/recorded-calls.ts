/** A class whose instances the library makes. */
type Class = abstract new (...args: never[]) => object;

interface Method {
  readonly prototype: object;
  readonly name: string;
  readonly descriptor: PropertyDescriptor & { readonly value: (...args: unknown[]) => unknown };
}

/** The names of the methods of a class, and of those that it is made of. */
export function methodNames(type: Class): string[] {
  return methodsOf(type).map(({ name }) => name);
}

/** Notes which methods programs call themselves, and not the library for them. */
export class RecordedCalls implements Disposable {
  /** `kind.method` of each one that was called. */
  readonly called = new Set<string>();
  readonly #undo: (() => void)[] = [];

  /** Watches classes, by kind, for calls from files that have `folder` in their path. */
  constructor(classes: Readonly<Record<string, Class>>, folder: string) {
    const { called } = this;
    for (const [kind, type] of Object.entries(classes)) {
      for (const { prototype, name, descriptor } of methodsOf(type)) {
        const value = function watched(this: unknown, ...args: unknown[]): unknown {
          if (callerOf(watched).includes(folder)) called.add(`${kind}.${name}`);
          return Reflect.apply(descriptor.value, this, args);
        };
        Object.defineProperty(prototype, name, { ...descriptor, value });
        this.#undo.push(() => Object.defineProperty(prototype, name, descriptor));
      }
    }
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo.splice(0)) undo();
  }
}

function methodsOf({ prototype }: Class): Method[] {
  const found: Method[] = [];
  for (let at: object = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (name === "constructor" || typeof descriptor.value !== "function") continue;
      found.push({ prototype: at, name, descriptor: descriptor as Method["descriptor"] });
    }
  }
  return found;
}

/** The line of the stack, with the file, that called a function. */
function callerOf(fn: (...args: unknown[]) => unknown): string {
  const at: { stack?: string } = {};
  Error.captureStackTrace(at, fn);
  return at.stack?.split("\n").find((line) => /^\s+at /.test(line)) ?? "";
}
