package com.example.clients;

/** What the functions get. */
public record Request(String id) {
}
