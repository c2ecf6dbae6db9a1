import Fastify from 'fastify';
import { closePool, listNotes } from './db.js';

const app = Fastify({ logger: true });

app.get('/', async () => ({ service: 'notes-service' }));

app.get('/livez', async () => ({ status: 'ok' }));

app.get('/notes', async (request, reply) => {
  try {
    return await listNotes();
  } catch (error) {
    request.log.error(error);
    return reply.code(503).send({ error: 'database unavailable' });
  }
});

app.addHook('onClose', closePool);

process.once('SIGTERM', async () => {
  await app.close();
  process.exit(0);
});

await app.listen({
  port: Number(process.env.PORT ?? 8080),
  host: process.env.HOST ?? '127.0.0.1',
});
