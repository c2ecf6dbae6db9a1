import pg from 'pg';

export interface Note {
  id: number;
  text: string;
}

let pool: pg.Pool | undefined;

function getPool(): pg.Pool {
  pool ??= new pg.Pool({
    connectionString: process.env.DATABASE_URL,
    connectionTimeoutMillis: 3000,
  });
  return pool;
}

export async function listNotes(): Promise<Note[]> {
  const db = getPool();
  await db.query('CREATE TABLE IF NOT EXISTS notes (id serial PRIMARY KEY, text text NOT NULL)');
  const { rows } = await db.query<Note>('SELECT id, text FROM notes ORDER BY id');
  return rows;
}

export async function closePool(): Promise<void> {
  await pool?.end();
}
