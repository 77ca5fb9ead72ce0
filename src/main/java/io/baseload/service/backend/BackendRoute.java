package io.baseload.service.backend;

/** A route of a backend, below its base URL. */
enum BackendRoute {
    CHAT("chat/completions", "text/event-stream", "an event stream", "messages"),
    TEXTS("completions", "text/event-stream", "an event stream", "prompt"),
    EMBEDDINGS("embeddings", "application/json", "JSON", "input"),
    RERANK("rerank", "application/json", "JSON", "documents");

    private final String path;
    private final String contentType;
    private final String form;
    private final String field;

    BackendRoute(String path, String contentType, String form, String field) {
        this.path = path;
        this.contentType = contentType;
        this.form = form;
        this.field = field;
    }

    String path() {
        return path;
    }

    /** Of its answers. */
    String contentType() {
        return contentType;
    }

    /** The form of its answers, in words. */
    String form() {
        return form;
    }

    /** The field of a request with its texts: a refusal that names none means this one. */
    String field() {
        return field;
    }
}
