package io.baseload.engine.runtime;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.EngineProvider;
import io.baseload.engine.platform.NativeLibrary;

/** The engine that runs on this machine's CPUs. */
public final class CpuEngineProvider implements EngineProvider {
    @Override
    public Engine open(EngineOptions options) {
        NativeLibrary.requireAccess();
        return new CpuEngine(options);
    }
}
