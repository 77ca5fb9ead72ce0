package io.baseload.engine.api;

/** Found by {@link java.util.ServiceLoader}, so that no code outside the engine refers to its implementation. */
@FunctionalInterface
public interface EngineProvider {
    Engine open(EngineOptions options);
}
