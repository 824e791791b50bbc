// SPDX-License-Identifier: Apache-2.0

/// What HamtCore has to reach: a share of a rival's median in the same run.

struct Target {
  let operation: Operation
  let rival: String
  /// The most that HamtCore may take, in times of what the rival takes.
  let limit: Double

  static let all: [Target] = [
    (.findHit, 0.5, 0.4), (.findMiss, 0.5, 0.4),
    (.insertFromEmpty, 0.7, 0.6), (.insertInPlace, 0.7, 0.6),
    (.insertPersistent, 0.5, 0.2), (.keepVersions, 0.5, 0.2),
  ].flatMap { (operation: Operation, libhamt: Double, tree: Double) in
    [
      Target(operation: operation, rival: ContenderName.libhamt, limit: libhamt),
      Target(operation: operation, rival: ContenderName.tree, limit: tree),
    ]
  }
}
