package io.baseload.engine.kernel;

import io.baseload.engine.api.Precision;
import io.baseload.engine.platform.VectorInstructions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Executable;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Copies of kernels under other names. They are the same code, but the JVM knows nothing of them yet: it compiles them anew, with what it learns from their own calls. Java 25 can't be asked to
 * compile a method anew in any other way: compiler directives apply to later compilations only, and redefining classes needs an agent.
 *
 * <p>Copied are a class and all classes of this room that have only static members, directly or indirectly used by it. Objects are passed between the engine and its kernels, so their classes
 * can't be copied.
 */
final class KernelCopies {
    /** Part of the names of copies. */
    static final String SUFFIX = "$Copy";

    private static final Pattern CLASS = Pattern.compile("io/baseload/engine/kernel/[\\w/$]+");

    // Tags of a class file's constants: chapter 4.4 of the JVM's specification.
    private static final int UTF8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int CLASS_NAME = 7;
    private static final int STRING = 8;
    private static final int METHOD_HANDLE = 15;
    private static final int METHOD_TYPE = 16;
    private static final int MODULE = 19;
    private static final int PACKAGE = 20;

    private static @Nullable Class<?> vectorKernels;

    private final ClassLoader loader;

    /** The class files of all copied classes, by name. */
    private final Map<String, byte[]> files = new HashMap<>();

    private KernelCopies(ClassLoader loader) {
        this.loader = loader;
    }

    /** Copies of {@link VectorKernels}, of which there is one set of classes in a process. */
    static synchronized Kernels vectorKernels(
            Precision precision, @Nullable Bf16Format bf16, @Nullable VectorInstructions tiles) {
        try {
            Class<?> copy = vectorKernels == null ? of(VectorKernels.class) : vectorKernels;
            vectorKernels = copy;
            return (Kernels) copy.getDeclaredConstructor(Precision.class, Bf16Format.class, VectorInstructions.class)
                    .newInstance(precision, bf16, tiles);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The copy of a class. To be called once for each. */
    static Class<?> of(Class<?> type) throws ReflectiveOperationException {
        try {
            var copies = new KernelCopies(type.getClassLoader());
            copies.find(type);
            copies.define();
            return Class.forName(type.getName() + SUFFIX, true, copies.loader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void find(Class<?> type) throws IOException, ClassNotFoundException {
        String name = type.getName().replace('.', '/');
        byte[] file = file(name);
        files.put(name, file);
        var used = new StringBuilder();
        rewritten(file, text -> {
            used.append(text).append(' ');
            return text;
        });
        for (String found : CLASS.matcher(used).results().map(match -> match.group()).toList()) {
            if (!files.containsKey(found) && loader.getResource(found + ".class") != null) {
                Class<?> other = Class.forName(found.replace('/', '.'), false, loader);
                if (onlyStatic(other)) {
                    find(other);
                }
            }
        }
    }

    private byte[] file(String name) throws IOException {
        try (InputStream file = loader.getResourceAsStream(name + ".class")) {
            if (file == null) {
                throw new FileNotFoundException(name + ".class");
            }
            return file.readAllBytes();
        }
    }

    private static boolean onlyStatic(Class<?> type) {
        return !type.isInterface()
                && !type.isSynthetic()
                && type.getSuperclass() == Object.class
                && type.getDeclaredClasses().length == 0
                && Stream.of(type.getDeclaredConstructors()).allMatch(KernelCopies::isUnused)
                && Stream.<Member[]>of(type.getDeclaredFields(), type.getDeclaredMethods())
                        .flatMap(Stream::of)
                        .allMatch(member -> Modifier.isStatic(member.getModifiers()));
    }

    private static boolean isUnused(Executable constructor) {
        return Modifier.isPrivate(constructor.getModifiers()) && constructor.getParameterCount() == 0;
    }

    private void define() throws IOException, ReflectiveOperationException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            byte[] copy = rewritten(file.getValue(), this::renamed);
            Class<?> original = Class.forName(file.getKey().replace('/', '.'), false, loader);
            MethodHandles.privateLookupIn(original, MethodHandles.lookup()).defineClass(copy);
        }
    }

    private String renamed(String text) {
        return CLASS.matcher(text).replaceAll(match -> {
            String name = match.group();
            return (files.containsKey(name) ? name + SUFFIX : name).replace("$", "\\$");
        });
    }

    /** A class file with other texts among its constants. The rest refers to them by number, so it stays as it is. */
    private static byte[] rewritten(byte[] file, UnaryOperator<String> texts) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(file));
        var bytes = new ByteArrayOutputStream(file.length);
        var out = new DataOutputStream(bytes);
        out.writeLong(in.readLong());
        int constants = in.readUnsignedShort();
        out.writeShort(constants);
        for (int i = 1; i < constants; i++) {
            int tag = in.readUnsignedByte();
            out.writeByte(tag);
            if (tag == UTF8) {
                out.writeUTF(texts.apply(in.readUTF()));
            } else {
                out.write(in.readNBytes(size(tag)));
            }
            i += tag == LONG || tag == DOUBLE ? 1 : 0;
        }
        in.transferTo(out);
        return bytes.toByteArray();
    }

    /** Bytes of a constant that isn't a text, after its tag. */
    private static int size(int tag) {
        return switch (tag) {
            case LONG, DOUBLE -> 8;
            case CLASS_NAME, STRING, METHOD_TYPE, MODULE, PACKAGE -> 2;
            case METHOD_HANDLE -> 3;
            default -> 4;
        };
    }
}
