package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.Pickled.Dict;
import io.baseload.engine.format.Pickled.Global;
import io.baseload.engine.format.Pickled.Int;
import io.baseload.engine.format.Pickled.Other;
import io.baseload.engine.format.Pickled.Sequence;
import io.baseload.engine.format.Pickled.Text;
import io.baseload.engine.format.Pickled.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Interprets a pickle of protocol 2, as far as {@code torch.save} uses it. No Python code is called, and only dictionaries and tensors are created: {@link TorchNames} lists all allowed
 * names.
 *
 * @see <a href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">pickletools: the opcodes</a>
 */
final class PickleReader {
    private static final int MAX_STEPS = 8_000_000;
    private static final int MAX_NAME_LENGTH = 1000;

    private final Cursor in;
    private final TorchNames names;
    private final List<Pickled> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Integer, Pickled> memo = new HashMap<>();

    PickleReader(Cursor in) {
        this.in = in;
        this.names = new TorchNames(in);
    }

    /** The object in the pickle. */
    Pickled read() {
        for (int step = 0; step < MAX_STEPS; step++) {
            long at = in.position();
            int opcode = in.u8("the pickle");
            if (opcode == '.') {
                return pop(at);
            }
            run(opcode, at);
        }
        throw in.refuse(in.position(), "the pickle has more than " + MAX_STEPS + " steps");
    }

    private void run(int opcode, long at) {
        switch (opcode) {
            case 0x80 -> protocol(at);
            case '(' -> marks.add(stack.size());
            case '}' -> push(new Dict(new LinkedHashMap<>()));
            case ']' -> push(new Sequence());
            case ')' -> push(new Tuple(List.of()));
            case 't' -> push(new Tuple(popToMark(at)));
            case 0x85, 0x86, 0x87 -> push(new Tuple(pop(opcode - 0x84, at)));
            case 'N' -> push(new Other("None"));
            case 0x88 -> push(new Other("True"));
            case 0x89 -> push(new Other("False"));
            case 'K' -> push(new Int(in.u8("an integer")));
            case 'M' -> push(new Int(in.u16("an integer")));
            case 'J' -> push(new Int(in.i32("an integer")));
            case 0x8a -> push(new Int(longInteger(at)));
            case 'G' -> push(number());
            case 'X' -> push(new Text(text(at)));
            case 'q' -> memo.put(in.u8("a memo's number"), top(at));
            case 'r' -> memo.put(in.i32("a memo's number"), top(at));
            case 'h' -> push(recall(in.u8("a memo's number"), at));
            case 'j' -> push(recall(in.i32("a memo's number"), at));
            case 'c' -> push(global(at));
            case 'Q' -> push(names.storage(pop(at), at));
            case 'R' -> reduce(at);
            case 'b' -> build(at);
            case 's' -> setItems(pop(2, at), at);
            case 'u' -> setItems(popToMark(at), at);
            case 'a' -> append(pop(1, at), at);
            case 'e' -> append(popToMark(at), at);
            default -> throw in.refuse(at, "the pickle has the opcode 0x%02x, which no tensor needs".formatted(opcode));
        }
    }

    private void protocol(long at) {
        int protocol = in.u8("the pickle's protocol");
        if (protocol != 2) {
            throw in.refuse(at, "the pickle has protocol " + protocol + "; supported is 2");
        }
    }

    private long longInteger(long at) {
        byte[] bytes = in.bytes(in.u8("an integer's length"), "an integer");
        if (bytes.length > Long.BYTES) {
            throw in.refuse(at, "an integer of " + bytes.length + " bytes; at most 8 are allowed");
        }
        long value = bytes.length == 0 ? 0 : bytes[bytes.length - 1] >> 7;
        for (int i = bytes.length - 1; i >= 0; i--) {
            value = value << 8 | bytes[i] & 0xff;
        }
        return value;
    }

    private Pickled number() {
        in.take(8, "a number");
        return new Other("a number with a point");
    }

    private String text(long at) {
        long length = in.u32("the length of text");
        if (length > in.remaining()) {
            throw in.refuse(at, "text of " + length + " bytes, but " + in.remaining() + " follow");
        }
        return new String(in.bytes((int) length, "text"), StandardCharsets.UTF_8);
    }

    private Global global(long at) {
        return names.global(line(at) + "." + line(at), at);
    }

    private String line(long at) {
        StringBuilder line = new StringBuilder();
        for (int c = in.u8("a name"); c != '\n'; c = in.u8("a name")) {
            if (line.length() == MAX_NAME_LENGTH) {
                throw in.refuse(at, "a name of more than " + MAX_NAME_LENGTH + " characters");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    private void reduce(long at) {
        Pickled arguments = pop(at);
        Pickled function = pop(at);
        push(names.call(function, arguments, at));
    }

    /** An OrderedDict's attributes, such as {@code _metadata}: none of them is a weight. */
    private void build(long at) {
        pop(at);
        require(Dict.class, top(at), "attributes are set of", at);
    }

    private void setItems(List<Pickled> items, long at) {
        Dict dict = require(Dict.class, top(at), "entries are put into", at);
        if (items.size() % 2 != 0) {
            throw in.refuse(at, "an odd number of keys and values");
        }
        for (int i = 0; i < items.size(); i += 2) {
            Text key = require(Text.class, items.get(i), "a dictionary's key is", at);
            dict.entries().put(key.value(), items.get(i + 1));
        }
    }

    private void append(List<Pickled> items, long at) {
        require(Sequence.class, top(at), items.size() + " elements are added to", at);
    }

    private <T extends Pickled> T require(Class<T> type, Pickled value, String what, long at) {
        if (!type.isInstance(value)) {
            throw in.refuse(at, what + " " + value.kind());
        }
        return type.cast(value);
    }

    private Pickled recall(int number, long at) {
        @Nullable Pickled value = memo.get(number);
        if (value == null) {
            throw in.refuse(at, "nothing was remembered as number " + number);
        }
        return value;
    }

    private void push(Pickled value) {
        stack.add(value);
    }

    private Pickled top(long at) {
        if (stack.size() == floor()) {
            throw underflow(at);
        }
        return stack.getLast();
    }

    private Pickled pop(long at) {
        Pickled value = top(at);
        stack.removeLast();
        return value;
    }

    private List<Pickled> pop(int count, long at) {
        if (stack.size() - floor() < count) {
            throw underflow(at);
        }
        return popFrom(stack.size() - count);
    }

    private List<Pickled> popToMark(long at) {
        if (marks.isEmpty()) {
            throw in.refuse(at, "the pickle has no mark where one is needed");
        }
        return popFrom(marks.removeLast());
    }

    private List<Pickled> popFrom(int first) {
        List<Pickled> tail = stack.subList(first, stack.size());
        List<Pickled> popped = List.copyOf(tail);
        tail.clear();
        return popped;
    }

    private int floor() {
        return marks.isEmpty() ? 0 : marks.getLast();
    }

    private ModelFileException underflow(long at) {
        return in.refuse(at, "the pickle takes more from its stack than it contains");
    }
}
