// SPDX-License-Identifier: Apache-2.0

/// Why an operation on a map stopped. The map that it was called on is as it was.
public enum Failure: Error, BitwiseCopyable {
  /// An allocation failed.
  case outOfMemory
  /// A hash or an equality of the policy failed; the policy knows the reason.
  case callbackFailed
}
