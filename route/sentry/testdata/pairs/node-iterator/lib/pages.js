exports.pages = async function* pages(last) {
  for (let i = 0; i <= last; i++) {
    yield await new Promise((done) => setTimeout(done, 1, i < last ? { rows: [i] } : {}));
  }
};
