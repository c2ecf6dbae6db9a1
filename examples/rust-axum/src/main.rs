use axum::{extract::Path, routing::get, Router};
use tokio::net::TcpListener;
use tokio::signal::unix::{signal, SignalKind};

async fn index() -> &'static str {
    "ping-service\n"
}

async fn health() -> &'static str {
    "ok\n"
}

async fn ping(Path(name): Path<String>) -> String {
    format!("pong, {name}\n")
}

async fn shutdown() {
    let mut terminate = signal(SignalKind::terminate()).expect("install SIGTERM handler");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    println!("shutting down");
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new()
        .route("/", get(index))
        .route("/health", get(health))
        .route("/ping/{name}", get(ping));

    let listener = TcpListener::bind("0.0.0.0:3000").await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app)
        .with_graceful_shutdown(shutdown())
        .await
}
