package com.example.units;

import com.google.gson.Gson;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Executors;

public final class Main {

    private static final Gson GSON = new Gson();

    private Main() {
    }

    public static void main(String[] args) throws IOException {
        String port = System.getenv("PORT");
        HttpServer server = HttpServer.create(
                new InetSocketAddress(port == null ? 8080 : Integer.parseInt(port)), 0);
        server.createContext("/", Main::index);
        server.createContext("/health", exchange -> send(exchange, 200, Map.of("status", "ok")));
        server.createContext("/convert", exchange -> send(exchange, 200, Converter.table()));
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
        System.out.println("units listening on " + server.getAddress().getPort());
    }

    private static void index(HttpExchange exchange) throws IOException {
        if (exchange.getRequestURI().getPath().equals("/")) {
            send(exchange, 200, Map.of("service", "units"));
        } else {
            send(exchange, 404, Map.of("error", "not found"));
        }
    }

    private static void send(HttpExchange exchange, int status, Object body) throws IOException {
        byte[] bytes = GSON.toJson(body).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        try (exchange) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
