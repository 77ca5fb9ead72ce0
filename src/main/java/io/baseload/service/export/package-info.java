/**
 * Brings the audit trail to where companies watch theirs: in forms that others read, pulled by cursor or pushed.
 */
@NullMarked
package io.baseload.service.export;

import org.jspecify.annotations.NullMarked;
