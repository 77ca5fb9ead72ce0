package io.baseload.service.pull;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** The body of an answer, which ends with an error if nothing arrives for too long or it is no longer wanted. A separate thread checks it now and then, because a read blocks. */
final class WatchedBody extends FilterInputStream {
    private final Duration idle;
    private final Stop stop;
    private volatile long last = System.nanoTime();
    private volatile boolean silent;

    WatchedBody(InputStream body, Duration idle, Stop stop) {
        super(body);
        this.idle = idle;
        this.stop = stop;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        stop.check();
        last = System.nanoTime(); // the time that the reader was busy is not the server's silence
        try {
            int count = super.read(buffer, offset, length);
            stop.check();
            if (silent) {
                throw silence();
            }
            return count;
        } catch (IOException e) {
            stop.check();
            throw silent ? silence() : e;
        }
    }

    private IOException silence() {
        return new TransientException("nothing arrived for " + idle.toSeconds() + " s", Duration.ZERO);
    }

    /** Ends a blocked read, if it has waited for too long. */
    void look(long now) {
        if (now - last > idle.toNanos() || stop.isNow()) {
            silent = !stop.isNow();
            try {
                super.close();
            } catch (IOException e) {
                // the reader gets the error
            }
        }
    }
}
