// SPDX-License-Identifier: Apache-2.0

/// What the environment asks of the tests.
///
///     PYHAMT_SEED=17        random programs start from this seed, which their names show
///     PYHAMT_LONG_TESTS=1   random programs are longer

import Foundation

enum Environment {
  static let seed =
    ProcessInfo.processInfo.environment["PYHAMT_SEED"].flatMap(UInt64.init)
    ?? UInt64.random(in: 0..<1_000_000_000)

  static let wantsLongTests = ProcessInfo.processInfo.environment["PYHAMT_LONG_TESTS"] == "1"
}
