// Dies of an error with a cause, three calls deep.
'use strict';

class OutOfStock extends Error {
  name = 'OutOfStock';
}

const levels = { 'A-17': { left: 3 } };

function level(sku) {
  return levels[sku].left;
}

function reserve(sku) {
  try {
    return level(sku);
  } catch (err) {
    throw new OutOfStock(`no stock record for ${sku}`, { cause: err });
  }
}

function main() {
  console.log('checking out order 1001');
  ['A-17', 'B-42'].forEach(reserve);
}

main();
