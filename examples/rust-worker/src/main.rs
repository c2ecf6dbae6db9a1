use std::sync::mpsc::{channel, RecvTimeoutError};
use std::time::Duration;

const INTERVAL: Duration = Duration::from_secs(3);

fn main() {
    let (stop, stopped) = channel();
    ctrlc::set_handler(move || stop.send(()).expect("main thread is gone"))
        .expect("install signal handler");

    println!("heartbeat started");
    for beat in 1u64.. {
        match stopped.recv_timeout(INTERVAL) {
            Err(RecvTimeoutError::Timeout) => println!("beat {beat}"),
            _ => break,
        }
    }
    println!("heartbeat stopped");
}
