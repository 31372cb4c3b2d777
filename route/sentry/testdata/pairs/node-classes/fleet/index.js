'use strict';
exports.Truck = class {
  constructor(size) { this.size = size; }

  get room() { return 0; }

  set load(value) { this.loaded = (this.loaded ?? 0) + value; }
};
