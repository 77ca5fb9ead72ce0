package io.baseload.engine.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A C library whose functions the engine calls (JEP 454). A handle should be in a {@code static final} field and be called with {@code invokeExact}, so that the JIT compiles the call
 * inline.
 */
public final class NativeLibrary {
    private static final Linker LINKER = Linker.nativeLinker();

    private final SymbolLookup symbols;

    private NativeLibrary(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    /** @throws IllegalStateException if the JVM was started so that the engine may not call C functions */
    public static void requireAccess() {
        try {
            var _ = LINKER.downcallHandle(FunctionDescriptor.ofVoid());
        } catch (IllegalCallerException denied) {
            throw new IllegalStateException(
                    "This JVM denies native access, which the engine needs:"
                            + " start Java with --enable-native-access=ALL-UNNAMED",
                    denied);
        }
    }

    /** The C library that the JVM itself uses. */
    public static NativeLibrary system() {
        return new NativeLibrary(LINKER.defaultLookup());
    }

    /**
     * A library from a file; it stays loaded until the process ends.
     *
     * @throws IllegalArgumentException if the system can't load it
     */
    public static NativeLibrary load(Path file) {
        return new NativeLibrary(SymbolLookup.libraryLookup(file, Arena.global()));
    }

    /** @throws java.util.NoSuchElementException if the library has no such function */
    public MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(symbols.findOrThrow(name), type, options);
    }
}
