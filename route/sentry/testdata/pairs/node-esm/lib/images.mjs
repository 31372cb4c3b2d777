export function resize(name, { width, height }) {
  const check = (value) => {
    if (!Number.isInteger(value)) throw new RangeError(`${name}: height is ${value}`);
    return value;
  };
  return { name, pixels: width * check(height) };
}
