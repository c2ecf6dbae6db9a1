package main

import (
	"cmp"
	"database/sql"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"

	_ "github.com/mattn/go-sqlite3"
)

func open(dir string) (*sql.DB, error) {
	db, err := sql.Open("sqlite3", filepath.Join(dir, "hits.db"))
	if err != nil {
		return nil, err
	}
	_, err = db.Exec("CREATE TABLE IF NOT EXISTS hits (id INTEGER PRIMARY KEY, path TEXT NOT NULL)")
	return db, err
}

func main() {
	db, err := open(cmp.Or(os.Getenv("DATA_DIR"), "/tmp"))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	http.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		if _, err := db.ExecContext(r.Context(), "INSERT INTO hits (path) VALUES (?)", r.URL.Path); err != nil {
			log.Printf("insert: %v", err)
			http.Error(w, "storage error", http.StatusInternalServerError)
			return
		}
		var count int
		if err := db.QueryRowContext(r.Context(), "SELECT count(*) FROM hits").Scan(&count); err != nil {
			log.Printf("count: %v", err)
			http.Error(w, "storage error", http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "hits: %d\n", count)
	})

	log.Print("hitcounter listening on :8080")
	log.Fatal(http.ListenAndServe(":8080", nil))
}
