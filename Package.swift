// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

// Two packages in one file. Without `PYHAMT_PYTHON_INCLUDE` the core builds as ordinary Swift, for the
// tests, the sanitizers and Swift users. With it (setup.py sets it to the directory of Python.h) all is
// Embedded Swift and the static archive of the extension is the only product.

import PackageDescription

let core = Target.target(name: "HamtCore", dependencies: ["CSystem"], path: "Sources/HamtCore")
let system = Target.target(name: "CSystem", path: "Sources/CSystem")

let package: Package
if let pythonInclude = Context.environment["PYHAMT_PYTHON_INCLUDE"] {
  let cFlags = (Context.environment["PYHAMT_CFLAGS"] ?? "").split(separator: " ").map(String.init)
  let cSettings: [CSetting] = [.unsafeFlags(["-I", pythonInclude] + cFlags)]
  let swiftSettings: [SwiftSetting] = [
    .enableExperimentalFeature("Embedded"),
    .unsafeFlags(
      ["-wmo", "-Xfrontend", "-function-sections", "-Xcc", "-I", "-Xcc", pythonInclude]
        + cFlags.flatMap { ["-Xcc", $0] }),
  ]
  core.swiftSettings = swiftSettings
  package = Package(
    name: "pyhamt",
    products: [.library(name: "hamt", type: .static, targets: ["CPyHamt", "CPyHamtShim"])],
    targets: [
      system,
      core,
      .target(
        name: "CPyHamtShim", path: "Sources/CPyHamt/Shim",
        cSettings: cSettings),
      .target(
        name: "CPyHamt", dependencies: ["HamtCore", "CPyHamtShim"], path: "Sources/CPyHamt/Bridge",
        swiftSettings: swiftSettings),
    ]
  )
} else {
  package = Package(
    name: "pyhamt",
    products: [.library(name: "HamtCore", targets: ["HamtCore"])],
    targets: [
      system,
      core,
      .target(name: "HamtCoreFuzz", dependencies: ["HamtCore"], path: "tests/fuzz/Sources/Program"),
      .testTarget(
        name: "HamtCoreTests", dependencies: ["HamtCore", "HamtCoreFuzz", "CSystem"],
        path: "tests/swift/HamtCoreTests"),
    ]
  )
}
