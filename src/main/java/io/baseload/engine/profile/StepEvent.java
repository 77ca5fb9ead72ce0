package io.baseload.engine.profile;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A step of the engine, for the JDK's Flight Recorder. Without a recording no object is created, and the check is the read of a field. */
@Name("baseload.Step")
@Label("Engine Step")
@Category("Baseload")
@Description("One pass of a model over the tokens that its sequences have ready")
@StackTrace(false)
public final class StepEvent extends Event {
    private static final EventType TYPE = EventType.getEventType(StepEvent.class);

    @Label("Model")
    String model = "";

    @Label("Sequences")
    @Description("Sequences that are active, whether this step computes something of them or not")
    int sequences;

    @Label("Rows")
    @Description("Tokens that the step computes, of prompts and of answers")
    int rows;

    @Label("Waiting")
    @Description("Requests that wait for admission")
    int waiting;

    /** Begins a step; null without a recording. */
    public static @Nullable StepEvent begun() {
        if (!TYPE.isEnabled()) {
            return null;
        }
        var event = new StepEvent();
        event.begin();
        return event;
    }

    /** Ends the step. */
    public void end(String model, int sequences, int rows, int waiting) {
        this.model = model;
        this.sequences = sequences;
        this.rows = rows;
        this.waiting = waiting;
        commit();
    }
}
