const express = require('express');
const orders = require('./orders');

const app = express();
const port = process.env.PORT || 3000;
let ready = false;

app.use(express.json());

app.get('/', (req, res) => {
  res.json({ service: 'orders-api', orders: orders.list().length });
});

app.get('/healthz', (req, res) => {
  res.json({ status: 'ok' });
});

app.get('/readyz', (req, res) => {
  res.status(ready ? 200 : 503).json({ ready });
});

app.get('/orders', (req, res) => {
  res.json(orders.list());
});

app.post('/orders', (req, res) => {
  if (!req.body?.item) return res.status(400).json({ error: 'item is required' });
  res.status(201).json(orders.add(req.body.item));
});

app.listen(port, () => {
  ready = true;
  console.log(`orders-api listening on port ${port}`);
});
