const Redis = require('ioredis');

const INTERVAL_MS = 5000;

const redis = new Redis(process.env.REDIS_URL || 'redis://localhost:6379', {
  maxRetriesPerRequest: null,
  enableOfflineQueue: false,
  retryStrategy: (attempt) => Math.min(attempt * 1000, 10000),
});

redis.on('ready', () => console.log('connected to redis'));
redis.on('error', (error) => console.error(`redis: ${error.code || error.message}`));

async function tick() {
  if (redis.status !== 'ready') {
    console.log(`waiting for redis (${redis.status})`);
    return;
  }
  const job = await redis.lpop('mail:outbox');
  console.log(job ? `sent mail: ${job}` : 'outbox is empty');
}

setInterval(() => {
  tick().catch((error) => console.error(`job failed: ${error.message}`));
}, INTERVAL_MS);

console.log('mail-worker started');
