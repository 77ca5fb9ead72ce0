package io.baseload.service.contents;

import java.util.List;

/**
 * A part of what was kept.
 *
 * @param more whether more follow
 */
public record ContentPage(List<KeptContent> contents, boolean more) {}
