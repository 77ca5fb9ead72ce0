package io.baseload.service.routing;

import io.baseload.service.registry.ModelUse;
import io.baseload.service.registry.ServedModel;
import java.time.Duration;

/** A model that reports how its answers end. */
record CountedModel(ServedModel model, Ended listener) implements ServedModel {
    /** Receives the end of an answer. */
    @FunctionalInterface
    interface Ended {
        void ended(boolean failed, Duration firstToken);
    }

    @Override
    public String id() {
        return model.id();
    }

    @Override
    public String fingerprint() {
        return model.fingerprint();
    }

    @Override
    public ModelUse use() {
        return model.use();
    }

    @Override
    public boolean showsSteps() {
        return model.showsSteps();
    }

    @Override
    public int maxAnswers() {
        return model.maxAnswers();
    }

    @Override
    public boolean sharesOutputMemory() {
        return model.sharesOutputMemory();
    }

    @Override
    public int places() {
        return model.places();
    }

    @Override
    public Duration queueTime() {
        return model.queueTime();
    }

    @Override
    public void ended(boolean failed, Duration firstToken) {
        listener.ended(failed, firstToken);
    }

    @Override
    public void close() {
        model.close();
    }
}
