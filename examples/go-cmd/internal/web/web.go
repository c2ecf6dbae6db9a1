package web

import (
	"context"
	"embed"
	"html/template"
	"log"
	"net/http"
)

//go:embed templates/index.html
var files embed.FS

var page = template.Must(template.ParseFS(files, "templates/index.html"))

type Store interface {
	Entries(ctx context.Context) ([]string, error)
}

func render(w http.ResponseWriter, entries []string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := page.Execute(w, entries); err != nil {
		log.Printf("render: %v", err)
	}
}

// Handler returns the routes of the guestbook.
func Handler(store Store) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		render(w, nil)
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /entries", func(w http.ResponseWriter, r *http.Request) {
		entries, err := store.Entries(r.Context())
		if err != nil {
			log.Printf("entries: %v", err)
			http.Error(w, "database unavailable", http.StatusServiceUnavailable)
			return
		}
		render(w, entries)
	})
	return mux
}
