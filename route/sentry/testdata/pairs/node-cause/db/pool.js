const connect = function (url) {
  new URL(url);
};

exports.open = (customer) => {
  try {
    connect(`db-${customer}`);
  } catch (error) {
    throw new TypeError('pool is closed', { cause: error });
  }
};
