from fastapi import FastAPI, HTTPException
from psycopg import OperationalError

from app import db

app = FastAPI(title="inventory-api")


@app.get("/")
def index() -> dict[str, str]:
    return {"service": "inventory-api"}


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/readyz")
def readyz() -> dict[str, bool]:
    return {"ready": True}


@app.get("/items")
def items() -> list[db.Item]:
    try:
        return db.list_items()
    except OperationalError as error:
        raise HTTPException(status_code=503, detail="database unavailable") from error
