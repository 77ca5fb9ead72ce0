package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.regex.Pattern;

/** Checks what pages consist of: nothing but the console's own files, and few bytes. */
final class PageFiles {
    private static final int MAX_BYTES = 150_000;
    private static final Pattern INLINE = Pattern.compile(
            "<script(?![^>]* src=)|<style|\\sstyle=|\\son[a-z]+=|javascript:", Pattern.CASE_INSENSITIVE);
    private static final Pattern FILE = Pattern.compile("(?:src|href)=\"(/console/assets/[^\"]+)\"");

    private PageFiles() {}

    static void check(ConsoleSession session, String path) throws IOException, InterruptedException {
        var page = session.get(path);
        assertThat(page.statusCode()).as(path).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'", "script-src 'self'")
                .doesNotContain("unsafe");
        assertThat(INLINE.matcher(page.body()).find()).as(path).isFalse();
        int bytes = page.body().length();
        var files = FILE.matcher(page.body());
        while (files.find()) {
            var file = session.get(files.group(1));
            assertThat(file.statusCode()).as(files.group(1)).isEqualTo(200);
            bytes += files.group(1).contains("uPlot") ? 0 : file.body().length();
        }
        assertThat(bytes).as(path).isLessThan(MAX_BYTES);
    }
}
