// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

// The benchmark of HamtCore, a package of its own: whoever builds or uses pyhamt fetches no rival.

import PackageDescription

let package = Package(
  name: "NativeBenchmark",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "pyhamt", path: "../.."),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
  ],
  targets: [
    .executableTarget(
      name: "NativeBenchmark",
      dependencies: [
        .product(name: "HamtCore", package: "pyhamt"),
        .product(name: "HashTreeCollections", package: "swift-collections"),
      ])
  ]
)
