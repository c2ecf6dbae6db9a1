import logging
import os
import time

import pika
from pika.exceptions import AMQPError

QUEUE = "invoices"
INTERVAL = 5

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
logging.getLogger("pika").setLevel(logging.CRITICAL)
log = logging.getLogger("invoice-worker")


def consume(url: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.queue_declare(queue=QUEUE, durable=True)
        log.info("connected")
        while True:
            method, _, body = channel.basic_get(QUEUE)
            if method is None:
                log.info("no invoices")
                connection.sleep(INTERVAL)
                continue
            log.info("printing invoice %s", body.decode())
            channel.basic_ack(method.delivery_tag)


def main() -> None:
    url = os.environ.get("AMQP_URL", "amqp://guest:guest@localhost:5672/")
    log.info("invoice-worker started")
    while True:
        try:
            consume(url)
        except (AMQPError, OSError) as error:
            log.warning("rabbitmq unavailable (%s), retrying", type(error).__name__)
            time.sleep(INTERVAL)


if __name__ == "__main__":
    main()
