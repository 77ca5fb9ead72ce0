package io.baseload.testing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What a class of the engine logs, with its level, until this is closed. */
public final class LogMessages implements AutoCloseable {
    private final List<String> texts = Collections.synchronizedList(new ArrayList<>());
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord message) {
            texts.add(message.getLevel() + ": " + new SimpleFormatter().formatMessage(message));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private final Logger logger;

    public LogMessages(String type) {
        logger = Logger.getLogger(type);
        logger.addHandler(handler);
    }

    public List<String> texts() {
        return List.copyOf(texts);
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
    }
}
