use std::env;

use actix_web::{get, http::header, web, App, HttpResponse, HttpServer, Responder};

#[get("/")]
async fn index() -> impl Responder {
    "link-shortener\n"
}

#[get("/health")]
async fn health() -> impl Responder {
    "ok\n"
}

#[get("/l/{slug}")]
async fn follow(slug: web::Path<String>) -> HttpResponse {
    match link_shortener::find(&slug) {
        Some(url) => HttpResponse::Found()
            .insert_header((header::LOCATION, url))
            .finish(),
        None => HttpResponse::NotFound().body("no such link\n"),
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let host = env::var("HOST").unwrap_or_else(|_| "127.0.0.1".to_string());
    let port = env::var("PORT")
        .ok()
        .and_then(|port| port.parse::<u16>().ok())
        .unwrap_or(8080);

    println!("listening on {host}:{port}");
    HttpServer::new(|| App::new().service(index).service(health).service(follow))
        .bind((host, port))?
        .run()
        .await
}
