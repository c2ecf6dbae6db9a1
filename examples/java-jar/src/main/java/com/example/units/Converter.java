package com.example.units;

import java.util.Map;
import java.util.TreeMap;

final class Converter {

    private Converter() {
    }

    static Map<String, Double> table() {
        Map<String, Double> metres = new TreeMap<>();
        metres.put("inch", 0.0254);
        metres.put("foot", 0.3048);
        metres.put("mile", 1609.344);
        return metres;
    }
}
