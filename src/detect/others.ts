/** Other programs that this one speaks to, and tools beside it, as the first word of the names that settings have for them. */
export const FOREIGN = new Set(
  'DB DATABASE PG POSTGRES POSTGRESQL MYSQL MARIADB MSSQL SQL MONGO MONGODB REDIS VALKEY CACHE SMTP MAIL EMAIL MAILER RABBIT RABBITMQ AMQP KAFKA NATS MQTT ES ELASTIC ELASTICSEARCH OPENSEARCH MEMCACHE MEMCACHED SSH FTP SFTP PROXY MINIO S3 CLICKHOUSE CASSANDRA LDAP CONSUL VAULT DEBUG INSPECT HMR METRICS PROMETHEUS STATSD INFLUX NEO4J TYPEORM SEQUELIZE QUEUE BROKER CLIENT FRONTEND WEBPACK VITE TEST HTTPS SSL WS GRPC TUNNEL NGROK'.split(' '),
)

/** Whether a variable names the port or the host of such a program: DB_PORT, PGHOST, ORDERSDB_PORT. */
export function isForeign(variable: string): boolean {
  const prefix = variable.replace(/_?(?:PORT|HOST|HOSTNAME|ADDRESS|ADDR)$/, '')
  return FOREIGN.has(prefix.split('_', 1)[0]!) || /(?:DB|SQL|DATABASE)$/.test(prefix)
}
