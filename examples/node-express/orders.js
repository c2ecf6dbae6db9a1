const orders = [{ id: 1, item: 'coffee' }];

function list() {
  return orders;
}

function add(item) {
  const order = { id: orders.length + 1, item };
  orders.push(order);
  return order;
}

module.exports = { list, add };
