package com.example.queuecounter;

public record Order(String shop) {
}
