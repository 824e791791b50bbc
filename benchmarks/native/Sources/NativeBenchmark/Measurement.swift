// SPDX-License-Identifier: Apache-2.0

/// The clock: contenders in turn, as often as the budget allows.
///
/// A *run* times one contender's operation; a short one is repeated until it takes a while. One round
/// gives each contender one run, so that what disturbs the machine for a time disturbs all of them, and
/// the median over the rounds drops it. The first run of each, whose answers are checked in depth, is not
/// counted. A contender that is right there and wrong later stops the program.

struct Measurement {
  let operation: Operation
  let size: Int
  let contender: String
  /// Nanoseconds per operation, a figure for each run.
  var samples: [Double] = []
  var total: Duration = .zero

  var median: Double {
    let sorted = samples.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  var minimum: Double { samples.min() ?? 0 }
  var maximum: Double { samples.max() ?? 0 }
}

struct Outcome {
  var measurements: [Measurement] = []
  /// What was left out for a wrong answer, a sentence for each.
  var wrong: [String] = []

  func find(_ operation: Operation, _ size: Int, _ contender: String) -> Measurement? {
    measurements.first {
      $0.operation == operation && $0.size == size && $0.contender == contender
    }
  }
}

// Not measured: enough for a median, and no more than it needs.
private let fewestRounds = 5
private let mostRounds = 25
private let shortestRun = Duration.milliseconds(2)

/// A contender that takes part in one operation.
private struct Entrant {
  let contender: any Contender
  /// How often a run does the operation.
  let repeats: Int
  var measurement: Measurement
}

/// Measures all operations at one size.
///
/// - Parameter budget: for one operation, all contenders together.
func measure(
  _ contenders: [any Contender], _ keys: KeySet, budget: Duration, into outcome: inout Outcome
) throws {
  for contender in contenders {
    try fill(contender, keys)
  }
  for operation in Operation.allCases {
    var entrants: [Entrant] = []
    for contender in contenders {
      do {
        let once = try operation.run(contender, keys, thoroughly: true)
        let repeats = max(1, Int((shortestRun / max(once, .nanoseconds(1))).rounded(.up)))
        let measurement = Measurement(
          operation: operation, size: keys.count, contender: contender.name)
        entrants.append(
          Entrant(contender: contender, repeats: repeats, measurement: measurement))
      } catch let error as WrongAnswer {
        outcome.wrong.append(
          "\(contender.name), \(operation.rawValue), \(keys.count) entries: \(error)")
        try fill(contender, keys)
      }
    }

    let clock = ContinuousClock()
    let deadline = clock.now + budget
    for round in 0..<mostRounds {
      if round >= fewestRounds, clock.now > deadline { break }
      for turn in entrants.indices {
        // Nobody always comes first.
        let index = (turn + round) % entrants.count
        try entrants[index].run(operation, keys)
      }
    }
    outcome.measurements += entrants.map(\.measurement)
    for contender in contenders {
      try contender.dropVersions()
      if operation == .build { try fill(contender, keys) }
    }
  }
  for contender in contenders {
    contender.reset()
  }
}

extension Entrant {
  fileprivate mutating func run(_ operation: Operation, _ keys: KeySet) throws {
    try contender.dropVersions()
    var time = Duration.zero
    for _ in 0..<repeats {
      time += try operation.run(contender, keys, thoroughly: false)
    }
    let count = repeats * operation.count(keys)
    measurement.samples.append(time / .nanoseconds(1) / Double(count))
    measurement.total += time
  }
}

/// Makes the base by inserting one key after the other, which all contenders can.
private func fill(_ contender: any Contender, _ keys: KeySet) throws {
  contender.reset()
  _ = try contender.insert(keys.present, salt: 0)
}
