package com.example.books;

import java.util.List;
import java.util.Map;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class BookController {

    public record Book(int id, String title) {
    }

    private static final List<Book> BOOKS = List.of(
            new Book(1, "Walden"),
            new Book(2, "Emma"));

    @GetMapping("/")
    public Map<String, Object> index() {
        return Map.of("service", "books", "count", BOOKS.size());
    }

    @GetMapping("/books")
    public List<Book> books() {
        return BOOKS;
    }
}
