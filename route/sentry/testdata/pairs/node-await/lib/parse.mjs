const limits = { mail: null };

function limitOf(name) {
  return limits[name].size;
}

export default class Parser {
  static #strict = true;

  read(text) {
    const [name, size] = text.split(':');
    if (Parser.#strict) this.#check(name, Number(size));
    return { name, size };
  }

  #check(name, size) {
    try {
      if (name === 'mail') return limitOf(name) < size;
      return true;
    } catch (cause) {
      throw new RangeError(`limit of ${name} unknown:\n  size ${size}`, { cause });
    }
  }
}

export const parse = async (text) => new Parser().read(text);
