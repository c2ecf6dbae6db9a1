module example.com/guestbook

go 1.25.0

toolchain go1.26.8

require github.com/jackc/pgx/v5 v5.12.0
