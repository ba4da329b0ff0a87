// Linux: the desktop portal's org.freedesktop.appearance color-scheme (1 dark, 2 light, 0 no preference).
#include "ui/theme/system_appearance.h"

#include <QDBusConnection>
#include <QDBusInterface>
#include <QDBusReply>
#include <QDBusVariant>

namespace loom::ui {

bool systemPrefersDark() {
  constexpr int kTimeoutMs = 200;  // a portal that is not running must not hold up the start
  constexpr unsigned kLight = 2;
  const QDBusConnection bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) {
    return true;
  }
  QDBusMessage call = QDBusMessage::createMethodCall(
      QStringLiteral("org.freedesktop.portal.Desktop"), QStringLiteral("/org/freedesktop/portal/desktop"),
      QStringLiteral("org.freedesktop.portal.Settings"), QStringLiteral("Read"));
  call << QStringLiteral("org.freedesktop.appearance") << QStringLiteral("color-scheme");
  const QDBusReply<QDBusVariant> reply = bus.call(call, QDBus::Block, kTimeoutMs);
  if (!reply.isValid()) {
    return true;
  }
  QVariant value = reply.value().variant();
  while (value.canConvert<QDBusVariant>()) {  // Read wraps the value twice
    value = value.value<QDBusVariant>().variant();
  }
  return value.toUInt() != kLight;
}

}  // namespace loom::ui
