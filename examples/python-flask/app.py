from flask import Flask, jsonify, request

app = Flask(__name__)

quotes = ["Simple is better than complex.", "Readability counts."]


@app.get("/")
def index():
    return jsonify(service="quotes", count=len(quotes))


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/quotes")
def list_quotes():
    return jsonify(quotes)


@app.post("/quotes")
def add_quote():
    data = request.get_json(silent=True) or {}
    if not data.get("text"):
        return jsonify(error="text is required"), 400
    quotes.append(data["text"])
    return jsonify(quotes), 201


if __name__ == "__main__":
    app.run(port=5000)
