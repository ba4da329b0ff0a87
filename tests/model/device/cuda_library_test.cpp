// Loading the GPU library, mostly where there is no GPU: reasons instead of crashes. Where there is one, the kernel and
// the copies run too.
#include "model/cuda_library.h"
#include "model/device/rgba_pack.h"
#include "model/device/shared_library.h"
#include "model/frame.h"

#include <QtTest>

#include <cstring>
#include <random>
#include <thread>

using namespace loom::model;

namespace {

// A table that answers without CUDA: "device memory" is host memory.
LoomCudaError goodDriver(int* driver, int* runtime) {
  *driver = *runtime = 13000;
  return nullptr;
}
LoomCudaError oneDevice(int* count) {
  *count = 1;
  return nullptr;
}
LoomCudaError noDevice(int* count) {
  *count = 0;
  return nullptr;
}
LoomCudaError named(int, LoomCudaDevice* device) {
  std::strcpy(device->name, "Paper GPU");
  return nullptr;
}
LoomCudaError brokenDriver(int*, int*) { return "the driver sulks"; }
LoomCudaError plainCopy(void* target, const void* source, std::size_t bytes) {
  std::memcpy(target, source, bytes);
  return nullptr;
}
LoomCudaError brokenCopy(void*, const void*, std::size_t) { return "copy pixels: out of paper"; }

LoomCudaInterface paperTable() {
  LoomCudaInterface table{};
  table.version = LOOM_CUDA_INTERFACE_VERSION;
  table.size = sizeof table;
  table.checkDriver = goodDriver;
  table.countDevices = oneDevice;
  table.describeDevice = named;
  table.copyToHost = plainCopy;
  return table;
}

Frame frameOf(const std::vector<std::uint8_t>& rgba, int width, int height, FramePixels::Location location) {
  Frame frame;
  frame.width = width;
  frame.height = height;
  frame.pixels.location = location;
  frame.pixels.data = rgba.data();
  return frame;
}

}  // namespace

class CudaLibraryTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void saysWhyThereIsNone() {
    const CudaLibrary& library = CudaLibrary::instance();
    if (library.available()) {
      QVERIFY(!library.devices().empty());
      QVERIFY(library.reason().empty());
      qInfo("here: %s", library.devices().front().name);
      return;
    }
    qInfo("here: %s", library.reason().c_str());
    QVERIFY(!library.reason().empty());
    QVERIFY(library.devices().empty());
    if (!SharedLibrary::open(libraryNames.driver).loaded()) {
      QCOMPARE(library.reason(), std::string("no NVIDIA driver"));
    }
    // A call all the same answers with the reason.
    QCOMPARE(library.copyToHost(nullptr, nullptr, 1), library.reason());
    QCOMPARE(library.packRgba(nullptr, LOOM_FLOAT, 3, 1, 1, 0.0F, 1.0F, nullptr, nullptr), library.reason());
    void* resource = nullptr;
    QCOMPARE(library.registerBuffer(1, &resource), library.reason());
  }

  void oneInstanceForAllThreads() {
    std::vector<const CudaLibrary*> seen(8);
    std::vector<std::thread> threads;
    for (auto& slot : seen) {
      threads.emplace_back([&slot] { slot = &CudaLibrary::instance(); });
    }
    for (auto& thread : threads) {
      thread.join();
    }
    for (const auto* library : seen) {
      QCOMPARE(library, &CudaLibrary::instance());
    }
  }

  void tablesThatDoNotFit() {
    QVERIFY(!CudaLibrary(static_cast<const LoomCudaInterface*>(nullptr)).available());
    LoomCudaInterface table = paperTable();
    QVERIFY(CudaLibrary(&table).available());
    QCOMPARE(CudaLibrary(&table).devices().size(), std::size_t{1});
    table.version += 1;
    QVERIFY(CudaLibrary(&table).reason().find("version") != std::string::npos);
    table = paperTable();
    table.size -= 8;
    QVERIFY(CudaLibrary(&table).reason().find("version") != std::string::npos);
    table = paperTable();
    table.checkDriver = brokenDriver;
    QCOMPARE(CudaLibrary(&table).reason(), std::string("the driver sulks"));
    table = paperTable();
    table.countDevices = noDevice;
    QCOMPARE(CudaLibrary(&table).reason(), std::string("the NVIDIA driver shows no device"));
  }

  void pixelsComeToTheHost() {
    const std::vector<std::uint8_t> rgba = {1, 2, 3, 255, 4, 5, 6, 255};
    LoomCudaInterface table = paperTable();
    const CudaLibrary paper(&table);

    const Frame onHost = frameOf(rgba, 2, 1, FramePixels::Location::Host);
    QCOMPARE(hostPixels(onHost, paper).data, rgba.data());

    const Frame onDevice = frameOf(rgba, 2, 1, FramePixels::Location::Cuda);
    const HostPixels copy = hostPixels(onDevice, paper);
    QVERIFY(copy.error.empty());
    QVERIFY(copy.data != rgba.data());
    QCOMPARE(std::vector<std::uint8_t>(copy.data, copy.data + rgba.size()), rgba);

    table.copyToHost = brokenCopy;
    const HostPixels failed = hostPixels(onDevice, paper);
    QCOMPARE(failed.error, std::string("copy pixels: out of paper"));
    QVERIFY(failed.data == nullptr);
    QVERIFY(!hostPixels(Frame{}, paper).error.empty());
    QCOMPARE(hostPixels(onDevice, CudaLibrary("no NVIDIA driver")).error, std::string("no NVIDIA driver"));
  }

  void theSystemsLibraries() {
    const SharedLibrary none = SharedLibrary::open("libno-such-library.so.7");
    QVERIFY(!none.loaded());
    QVERIFY(none.error().find("libno-such-library") != std::string::npos);
    QVERIFY(none.symbol("main") == nullptr);
    QVERIFY(std::filesystem::exists(programFolder() / "cuda_library_test"));
    QVERIFY(folderOfLoadedLibrary("libtorch_cpu.so").empty());
    QVERIFY(std::filesystem::exists(folderOfLoadedLibrary("libc.so.6") / "libc.so.6"));
    QVERIFY(!loadTorchCuda().empty());  // torch is not in this program
  }

  void theBuiltLibrary() {
#ifndef LOOM_CUDA_FILE
    QSKIP("this build has no GPU library: no nvcc");
#else
    const SharedLibrary library = SharedLibrary::open(LOOM_CUDA_FILE);
    QVERIFY2(library.loaded(), library.error().c_str());
    const auto door = reinterpret_cast<LoomCudaGetInterface>(library.symbol(LOOM_CUDA_INTERFACE_SYMBOL));
    QVERIFY(door != nullptr);
    QVERIFY(library.symbol("cudaMalloc") == nullptr);  // the static runtime stays inside
    const LoomCudaInterface* table = door();
    QCOMPARE(table->version, LOOM_CUDA_INTERFACE_VERSION);
    QCOMPARE(std::size_t{table->size}, sizeof(LoomCudaInterface));
    if (CudaLibrary::instance().available()) {
      runOnTheGpu(*table);
      return;
    }
    int driver = -1;
    int runtime = -1;
    const LoomCudaError sulk = table->checkDriver(&driver, &runtime);
    QVERIFY(runtime >= 12000);
    QVERIFY(sulk != nullptr || driver > 0);
    int count = -1;
    const LoomCudaError error = table->countDevices(&count);
    QCOMPARE(count, 0);
    QVERIFY(error != nullptr && std::strlen(error) > 10);
    qInfo("without a GPU: %s", error);
    void* memory = &count;
    QVERIFY(table->allocate(0, 16, &memory) != nullptr);
    QVERIFY(memory == nullptr);
    float plane[4] = {};
    std::uint8_t rgba[16] = {};
    QVERIFY(table->packRgba(plane, LOOM_FLOAT, 1, 2, 2, 0.0F, 1.0F, rgba, nullptr) != nullptr);
    QVERIFY(table->packRgba(plane, LOOM_FLOAT, 2, 2, 2, 0.0F, 1.0F, rgba, nullptr) != nullptr);
    QVERIFY(table->copyToHost(rgba, plane, 16) != nullptr);
    void* resource = &count;
    QVERIFY(table->registerBuffer(1, &resource) != nullptr);
    QVERIFY(resource == nullptr);
    QVERIFY(table->copyToBuffer(nullptr, plane, 16) != nullptr);
    QVERIFY(table->unregisterBuffer(nullptr) == nullptr);
    QVERIFY(!CudaLibrary(table).available());
#endif
  }

 private:
  /// Only where there is a GPU: the kernel against the CPU loop, bit for bit.
  void runOnTheGpu(const LoomCudaInterface& cuda) {
    const std::uint32_t seed = std::random_device{}();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    for (const int channels : {1, 3}) {
      const int height = 317;
      const int width = 211;
      std::vector<float> planes(static_cast<std::size_t>(channels * height * width));
      for (auto& value : planes) {
        value = normal(random);
      }
      planes[5] = std::numeric_limits<float>::quiet_NaN();
      const std::size_t pixelBytes = static_cast<std::size_t>(height * width) * 4;
      void* source = nullptr;
      void* target = nullptr;
      QVERIFY(cuda.allocate(0, planes.size() * sizeof(float), &source) == nullptr);
      QVERIFY(cuda.allocate(0, pixelBytes, &target) == nullptr);
      QVERIFY(cuda.copyToDevice(source, planes.data(), planes.size() * sizeof(float)) == nullptr);
      const LoomCudaError error = cuda.packRgba(source, LOOM_FLOAT, channels, height, width, -1.0F, 1.0F,
                                                static_cast<std::uint8_t*>(target), nullptr);
      QVERIFY2(error == nullptr, error);
      QVERIFY(cuda.synchronize(0, nullptr) == nullptr);
      std::vector<std::uint8_t> rgba(pixelBytes);
      QVERIFY(cuda.copyToHost(rgba.data(), target, pixelBytes) == nullptr);
      QVERIFY(rgba == packRgbaHost(planes.data(), channels, height, width, {}));
      QVERIFY(cuda.release(source) == nullptr);
      QVERIFY(cuda.release(target) == nullptr);
    }
  }
};

QTEST_APPLESS_MAIN(CudaLibraryTest)
#include "cuda_library_test.moc"
