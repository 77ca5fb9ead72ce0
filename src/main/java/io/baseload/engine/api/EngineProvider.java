package io.baseload.engine.api;

/** Found by {@link java.util.ServiceLoader}, so that nobody outside the engine names its inside. */
@FunctionalInterface
public interface EngineProvider {
    Engine open(EngineOptions options);
}
