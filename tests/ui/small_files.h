// Checkpoints that tests write: small ones that open, a large one that takes its time, and broken ones.
#pragma once

#include <QString>

namespace loom::test {

/// A DCGAN of z 6 that makes 16×16 RGB pictures. Another `phase` gives other weights and another hash.
QString writeSmallDcgan(const QString& path, float phase = 0.3F);

/// A DCGAN whose loading takes long enough to do something meanwhile: some hundred megabytes of zeros that take no
/// room on the disk.
QString writeLargeDcgan(const QString& path);

/// The small one with a NaN among the weights of its first layer.
QString writeDcganWithNan(const QString& path);

/// A state_dict of a network that nobody knows.
QString writeUnknownNetwork(const QString& path);

QString writeBytes(const QString& path, const QByteArray& bytes);

}  // namespace loom::test
