package io.baseload.engine.platform;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * The functions of oneDNN (its C API, version 3) that {@link Bf16Products} needs. Initializing this class loads the library, which fails if it isn't on the class path or can't run.
 */
final class OneDnn {
    static final String FOLDER = "/org/bytedeco/dnnl/linux-x86_64";
    private static final int BF16 = 2;
    private static final int F32 = 3;

    /** Weights [depth][width] as vectors of 64 outputs by 2 columns, 16 of which form a block: {@code dnnl_BA16a64b2a}. */
    private static final int PACKED_PAIRS = 384;

    /** Rows one after the other: {@code dnnl_ab}. */
    private static final int PLAIN = 3;

    private static final int SOURCE = 1;
    private static final int DESTINATION = 17;
    private static final int WEIGHTS = 33;
    private static final int SCRATCHPAD = 80;

    /** Arguments of a product: those four. */
    private static final int ARGUMENTS = 4;

    private static final int CPU = 1;
    private static final int IN_ORDER = 1;
    private static final int USERS_SCRATCHPAD = 1;
    private static final int NAME = 8;
    private static final int SCRATCHPAD_DESCRIPTOR = 136;
    private static final int WEIGHTS_DESCRIPTOR = 131;

    private static final NativeLibrary OPENMP;
    private static final NativeLibrary DNNL;

    static {
        try {
            List<NativeLibrary> loaded = BundledLibraries.load(FOLDER, List.of("libgomp.so.1", "libdnnl.so.3"));
            OPENMP = loaded.get(0);
            DNNL = loaded.get(1);
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final MethodHandle SET_THREADS =
            OPENMP.function("omp_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT));
    private static final MethodHandle CREATE_ENGINE = function("dnnl_engine_create", ADDRESS, JAVA_INT, JAVA_LONG);
    private static final MethodHandle CREATE_STREAM = function("dnnl_stream_create", ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle DESTROY_STREAM = function("dnnl_stream_destroy", ADDRESS);
    private static final MethodHandle DESCRIBE =
            function("dnnl_memory_desc_create_with_tag", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle DESCRIPTOR_BYTES =
            DNNL.function("dnnl_memory_desc_get_size", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
    private static final MethodHandle CREATE_ATTRIBUTES = function("dnnl_primitive_attr_create", ADDRESS);
    private static final MethodHandle SET_SCRATCHPAD =
            function("dnnl_primitive_attr_set_scratchpad_mode", ADDRESS, JAVA_INT);
    private static final MethodHandle DESCRIBE_PRODUCT = function(
            "dnnl_matmul_primitive_desc_create", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle QUERY =
            function("dnnl_primitive_desc_query", ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle QUERY_DESCRIPTOR =
            DNNL.function("dnnl_primitive_desc_query_md", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle CREATE_PRIMITIVE = function("dnnl_primitive_create", ADDRESS, ADDRESS);
    private static final MethodHandle CREATE_MEMORY =
            function("dnnl_memory_create", ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle DESTROY_MEMORY = function("dnnl_memory_destroy", ADDRESS);
    private static final MethodHandle SET_DATA = function("dnnl_memory_set_data_handle", ADDRESS, JAVA_LONG);
    private static final MethodHandle EXECUTE = function("dnnl_primitive_execute", ADDRESS, ADDRESS, JAVA_INT, ADDRESS);

    /** The CPU, and a stream whose work is done immediately. */
    private static final MemorySegment ENGINE = create(CREATE_ENGINE, CPU, 0L);

    private OneDnn() {}

    private static MethodHandle function(String name, java.lang.foreign.MemoryLayout... arguments) {
        return DNNL.function(name, FunctionDescriptor.of(JAVA_INT, arguments));
    }

    /** A product of x [rows][depth] and weights in a packed form. Threads may run calls of it at the same time. */
    record Product(
            MemorySegment primitive,
            String name,
            MemorySegment x,
            MemorySegment w,
            MemorySegment y,
            MemorySegment scratch) {}

    /** Makes oneDNN compute in the calling thread only, because the engine has its own threads. */
    static void useOneThread() {
        try {
            SET_THREADS.invokeExact(1);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /**
     * Compiles a product of BF16 numbers for these sizes, with sums in F32.
     *
     * @throws IllegalStateException if oneDNN has none for this processor
     */
    static Product product(int rows, int width, int depth) {
        MemorySegment x = describe(BF16, PLAIN, rows, depth);
        MemorySegment w = describe(BF16, PACKED_PAIRS, depth, width);
        MemorySegment y = describe(F32, PLAIN, rows, width);
        MemorySegment attributes = create(CREATE_ATTRIBUTES);
        try (Arena arena = Arena.ofConfined()) {
            check((int) SET_SCRATCHPAD.invokeExact(attributes, USERS_SCRATCHPAD));
            MemorySegment result = arena.allocate(ADDRESS);
            check((int) DESCRIBE_PRODUCT.invokeExact(result, ENGINE, x, w, MemorySegment.NULL, y, attributes));
            MemorySegment description = result.get(ADDRESS, 0);
            check((int) QUERY.invokeExact(description, NAME, 0, result));
            String name = result.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0);
            MemorySegment weights = (MemorySegment) QUERY_DESCRIPTOR.invokeExact(description, WEIGHTS_DESCRIPTOR, 0);
            MemorySegment scratch = (MemorySegment) QUERY_DESCRIPTOR.invokeExact(description, SCRATCHPAD_DESCRIPTOR, 0);
            return new Product(create(CREATE_PRIMITIVE, description), name, x, weights, y, scratch);
        } catch (Throwable thrown) {
            throw failure(thrown);
        }
    }

    private static MemorySegment describe(int type, int layout, long... sizes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ADDRESS);
            MemorySegment dimensions = arena.allocateFrom(JAVA_LONG, sizes);
            check((int) DESCRIBE.invokeExact(result, sizes.length, dimensions, type, layout));
            return result.get(ADDRESS, 0);
        } catch (Throwable thrown) {
            throw failure(thrown);
        }
    }

    /** A stream for the calls of one thread at a time, which is destroyed with the arena. */
    static MemorySegment stream(Arena arena) {
        return create(CREATE_STREAM, ENGINE, IN_ORDER).reinterpret(0, arena, stream -> destroy(DESTROY_STREAM, stream));
    }

    private static long bytes(MemorySegment descriptor) {
        try {
            return (long) DESCRIPTOR_BYTES.invokeExact(descriptor);
        } catch (Throwable thrown) {
            throw failure(thrown);
        }
    }

    /** A view of memory, which is destroyed with the arena. */
    private static MemorySegment memory(Arena arena, MemorySegment descriptor, MemorySegment data) {
        return create(CREATE_MEMORY, descriptor, ENGINE, data)
                .reinterpret(0, arena, memory -> destroy(DESTROY_MEMORY, memory));
    }

    private static void destroy(MethodHandle function, MemorySegment object) {
        try {
            check((int) function.invokeExact(object));
        } catch (Throwable thrown) {
            throw failure(thrown);
        }
    }

    /** A product with its memory, for one thread at a time. The place of x is given with each call. */
    record Call(Product product, MemorySegment x, MemorySegment arguments) {}

    /**
     * Prepares calls of a product.
     *
     * @param arena whose memory they use
     */
    static Call call(Arena arena, Product product, MemorySegment weights, MemorySegment sums) {
        MemorySegment scratch = arena.allocate(Math.max(64, bytes(product.scratch())), 64);
        MemorySegment x = memory(arena, product.x(), weights);
        MemorySegment arguments = arena.allocate(ARGUMENTS * 16, 8);
        argument(arguments, 0, SOURCE, x);
        argument(arguments, 1, WEIGHTS, memory(arena, product.w(), weights));
        argument(arguments, 2, DESTINATION, memory(arena, product.y(), sums));
        argument(arguments, 3, SCRATCHPAD, memory(arena, product.scratch(), scratch));
        return new Call(product, x, arguments);
    }

    private static void argument(MemorySegment arguments, int i, int kind, MemorySegment memory) {
        arguments.set(JAVA_INT, 16L * i, kind);
        arguments.set(ADDRESS, 16L * i + 8, memory);
    }

    /** @param x address of the rows, which must stay reachable */
    static void execute(Call call, long x, MemorySegment stream) {
        try {
            check((int) SET_DATA.invokeExact(call.x(), x));
            check((int) EXECUTE.invokeExact(call.product().primitive(), stream, ARGUMENTS, call.arguments()));
        } catch (Throwable thrown) {
            throw failure(thrown);
        }
    }

    /** Calls a function that creates an object and writes it to its first argument. */
    private static MemorySegment create(MethodHandle function, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ADDRESS);
            Object[] all = new Object[arguments.length + 1];
            all[0] = result;
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            check((int) function.invokeWithArguments(all));
            return result.get(ADDRESS, 0);
        } catch (Throwable thrown) {
            throw failure(thrown);
        }
    }

    private static void check(int status) {
        if (status != 0) {
            throw new IllegalStateException("oneDNN: status " + status);
        }
    }

    private static RuntimeException failure(Throwable thrown) {
        if (thrown instanceof RuntimeException failed) {
            return failed;
        }
        throw new AssertionError(thrown);
    }
}
