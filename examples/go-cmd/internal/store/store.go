package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

const schema = `CREATE TABLE IF NOT EXISTS entries (id serial PRIMARY KEY, message text NOT NULL)`

type Store struct {
	url string
}

func New(url string) *Store {
	return &Store{url: url}
}

// Entries connects to the database and returns all messages, oldest first.
func (s *Store) Entries(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()

	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.Background())

	if _, err := conn.Exec(ctx, schema); err != nil {
		return nil, err
	}
	rows, err := conn.Query(ctx, "SELECT message FROM entries ORDER BY id")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
