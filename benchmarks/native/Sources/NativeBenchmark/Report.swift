// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The results as a table to read, and as CSV and JSON files of the form that the Python benchmark writes.

struct Report {
  let contenders: [any Contender]
  let sizes: [Int]
  let outcome: Outcome
  let leftOut: [String]

  static let dataset = "random-uint64"

  // MARK: Table

  func table() -> String {
    var lines = [
      "random 64-bit keys, seed \(KeySet.seed)",
      "median ns per operation; in brackets \(ContenderName.hamt)'s share of the rival's",
    ]
    for operation in Operation.allCases {
      lines += ["", operation.title]
      lines.append(row("entries", contenders.map(\.name)))
      for size in sizes {
        let subject = outcome.find(operation, size, ContenderName.hamt)
        let cells = contenders.map { cell(outcome.find(operation, size, $0.name), subject) }
        lines.append(row(grouped(size), cells))
      }
    }
    lines += ["", "targets: \(ContenderName.hamt)'s share of a rival's median, at most"]
    for target in Target.all {
      lines += sizes.compactMap { size in
        verdict(target, size).map { verdict in
          pad(target.operation.rawValue, 20, right: true) + pad(grouped(size), 10)
            + pad(target.rival, 16) + pad(fixed(verdict.ratio, 3), 8)
            + pad(fixed(target.limit, 1), 6) + (verdict.holds ? "  holds" : "  DOES NOT HOLD")
        }
      }
    }
    lines.append("")
    lines += contenders.map { "\($0.name) (\($0.version)): \($0.note)" }
    lines += leftOut.map { "left out: \($0)" }
    lines += outcome.wrong.map { "WRONG: \($0)" }
    if outcome.wrong.isEmpty {
      lines.append("every answer was checked, and all agree")
    }
    return lines.joined(separator: "\n")
  }

  private func row(_ first: String, _ cells: [String]) -> String {
    pad(first, 10) + cells.map { pad($0, 26) }.joined()
  }

  private func cell(_ measurement: Measurement?, _ subject: Measurement?) -> String {
    guard let measurement else { return "-" }
    let cost = fixed(measurement.median, measurement.median < 100 ? 1 : 0)
    guard let subject, subject.contender != measurement.contender else { return cost + "       " }
    return "\(cost) (\(fixed(subject.median / measurement.median, 2)))"
  }

  // MARK: Targets

  struct Verdict: Encodable {
    let operation: String
    let size: Int
    let rival: String
    let ratio: Double
    let limit: Double
    let holds: Bool
  }

  /// Nil when one of the two is not measured.
  private func verdict(_ target: Target, _ size: Int) -> Verdict? {
    guard let subject = outcome.find(target.operation, size, ContenderName.hamt),
      let rival = outcome.find(target.operation, size, target.rival)
    else { return nil }
    let ratio = subject.median / rival.median
    return Verdict(
      operation: target.operation.rawValue, size: size, rival: target.rival, ratio: ratio,
      limit: target.limit, holds: ratio <= target.limit)
  }

  // MARK: Files

  func csv() -> String {
    var text = "method,dataset_type,operation,size,total_time_ns,ops_per_sec,ns_per_op\n"
    for each in outcome.measurements {
      let total = Int(each.total / .nanoseconds(1))
      text +=
        "\(each.contender),\(Self.dataset),\(each.operation.rawValue),\(each.size),\(total),"
        + "\(fixed(1e9 / each.median, 3)),\(fixed(each.median, 3))\n"
    }
    return text
  }

  func json() throws -> Data {
    struct Row: Encodable {
      let name: String
      let unit = "ns"
      let runs: Int
      let min: Double
      let median: Double
      let max: Double
    }
    struct File: Encodable {
      let machine: [String: String]
      let contenders: [String: String]
      let dataset: [String: String]
      let results: [Row]
      let targets: [Verdict]
      let leftOut: [String]
      let wrong: [String]
    }
    let rows = outcome.measurements.map { each in
      Row(
        name: "\(each.operation.rawValue)/\(Self.dataset)/\(each.size)/\(each.contender)",
        runs: each.samples.count, min: each.minimum, median: each.median, max: each.maximum)
    }
    let file = File(
      machine: machine(),
      contenders: Dictionary(uniqueKeysWithValues: contenders.map { ($0.name, $0.version) }),
      dataset: ["name": Self.dataset, "seed": String(KeySet.seed)],
      results: rows,
      targets: Target.all.flatMap { target in sizes.compactMap { verdict(target, $0) } },
      leftOut: leftOut, wrong: outcome.wrong)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return try encoder.encode(file)
  }

  /// Writes both files and returns their paths.
  func write(to directory: String, name: String) throws -> [String] {
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    let base = "\(directory)/\(name)"
    try Data(csv().utf8).write(to: URL(fileURLWithPath: "\(base).csv"))
    try (json() + Data("\n".utf8)).write(to: URL(fileURLWithPath: "\(base).json"))
    return ["\(base).csv", "\(base).json"]
  }
}

/// What the figures depend on.
private func machine() -> [String: String] {
  let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  let model = information.split(separator: "\n").first { $0.hasPrefix("model name") }
  let cpu = model?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
  #if arch(x86_64)
    let architecture = "x86_64"
  #elseif arch(arm64)
    let architecture = "arm64"
  #else
    let architecture = "unknown"
  #endif
  return [
    "cpu": cpu ?? architecture,
    "architecture": architecture,
    "kernel": firstLine(of: ["uname", "-sr"]) ?? "unknown",
    "swift": firstLine(of: ["swift", "--version"]) ?? "unknown",
    "commit": firstLine(of: ["git", "describe", "--always", "--dirty", "--abbrev=12"]) ?? "unknown",
  ]
}

/// The first line that a command prints, or nil if it fails.
private func firstLine(of command: [String]) -> String? {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command
  let output = Pipe()
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return nil }
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { return nil }
  return text.split(separator: "\n").first.map(String.init)
}

// MARK: - Text

private func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
  let blanks = String(repeating: " ", count: max(0, width - text.count))
  return right ? text + blanks : blanks + text
}

private func fixed(_ value: Double, _ decimals: Int) -> String {
  String(format: "%.\(decimals)f", value)
}

/// A count with a comma before each three digits.
private func grouped(_ count: Int) -> String {
  var text = ""
  for (place, digit) in String(count).reversed().enumerated() {
    if place > 0, place % 3 == 0 { text.insert(",", at: text.startIndex) }
    text.insert(digit, at: text.startIndex)
  }
  return text
}
