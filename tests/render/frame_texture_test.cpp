// Frames into textures: the ring under load, sizes that change, CUDA frames by interop and past its failure. CUDA
// itself is played by a table whose "device memory" is host memory, so that all of OpenGL's half runs here.
#include "render/frame_texture.h"
#include "tests/render/gl_bench.h"

#include <QtTest>

#include <cstring>
#include <random>

using namespace loom;
using namespace loom::tests;
using render::FrameTexture;
using render::PaintOptions;
using render::PicturePainter;

namespace {

// ---- a GPU made of paper -------------------------------------------------------------------------------------------
struct PaperGpu {
  int registered = 0;
  int unregistered = 0;
  int hostCopies = 0;
  const char* registerError = nullptr;
  const char* bufferError = nullptr;
  const char* hostError = nullptr;
} paper;

LoomCudaError paperDriver(int* driver, int* runtime) {
  *driver = *runtime = 13000;
  return nullptr;
}
LoomCudaError paperCount(int* count) {
  *count = 1;
  return nullptr;
}
LoomCudaError paperDevice(int, LoomCudaDevice* device) {
  std::strcpy(device->name, "Paper GPU");
  return nullptr;
}
LoomCudaError paperToHost(void* host, const void* device, std::size_t bytes) {
  ++paper.hostCopies;
  if (paper.hostError == nullptr) {
    std::memcpy(host, device, bytes);
  }
  return paper.hostError;
}
LoomCudaError paperRegister(unsigned int buffer, void** resource) {
  ++paper.registered;
  *resource = paper.registerError == nullptr ? new GLuint(buffer) : nullptr;
  return paper.registerError;
}
LoomCudaError paperUnregister(void* resource) {
  ++paper.unregistered;
  delete static_cast<GLuint*>(resource);
  return nullptr;
}
LoomCudaError paperToBuffer(void* resource, const void* device, std::size_t bytes) {
  if (paper.bufferError == nullptr) {
    auto* gl = QOpenGLContext::currentContext()->extraFunctions();
    gl->glBindBuffer(GL_COPY_WRITE_BUFFER, *static_cast<GLuint*>(resource));
    gl->glBufferSubData(GL_COPY_WRITE_BUFFER, 0, static_cast<GLsizeiptr>(bytes), device);
    gl->glBindBuffer(GL_COPY_WRITE_BUFFER, 0);
  }
  return paper.bufferError;
}

LoomCudaInterface paperTable() {
  LoomCudaInterface table{};
  table.version = LOOM_CUDA_INTERFACE_VERSION;
  table.size = sizeof table;
  table.checkDriver = paperDriver;
  table.countDevices = paperCount;
  table.describeDevice = paperDevice;
  table.copyToHost = paperToHost;
  table.registerBuffer = paperRegister;
  table.unregisterBuffer = paperUnregister;
  table.copyToBuffer = paperToBuffer;
  return table;
}

model::Frame onPaper(model::Frame frame) {
  frame.pixels.location = model::FramePixels::Location::Cuda;
  return frame;
}

QRgb colourOf(int number) { return qRgb(number * 37 % 256, number * 91 % 256, number * 151 % 256); }

}  // namespace

class FrameTextureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    m_bench = std::make_unique<GlBench>();
    QVERIFY2(m_bench->error().isEmpty(), qPrintable(m_bench->error()));
    m_painter = std::make_unique<PicturePainter>();
    QCOMPARE(m_painter->create(), std::string());
  }
  void cleanupTestCase() {
    m_painter.reset();
    m_bench.reset();
  }
  void init() { paper = PaperGpu{}; }
  void cleanup() { QCOMPARE(m_bench->complaint(), QString()); }

  void carriesStampAndSize() {
    FrameTexture texture;
    model::Frame frame = plainFrame(7, 5, qRgb(1, 2, 3));
    frame.generation = 99;
    frame.quality = Quality::Draft;
    QCOMPARE(texture.upload(frame), std::string());
    QCOMPARE(texture.size(), QSize(7, 5));
    QCOMPARE(texture.generation(), std::uint64_t{99});
    QVERIFY(texture.quality() == Quality::Draft && !texture.empty() && texture.texture() != 0);
    texture.release();
    QVERIFY(texture.empty() && texture.texture() == 0);
    QCOMPARE(texture.upload(frame), std::string());  // anew
  }

  /// 1320 frames of changing sizes, each drawn into a cell of its own right after its upload, and not one wait between:
  /// a buffer written while OpenGL still reads it would show in some cell.
  void ringUnderLoad() {
    const QSize board(600, 400);
    FrameTexture busyTexture;
    QCOMPARE(busyTexture.upload(plainFrame(512, 512, qRgb(9, 9, 9))), std::string());
    FrameTexture texture;
    m_bench->target(board);
    PaintOptions load = squareOptions(board, QRectF(0, 0, 600, 400));
    for (int number = 0; number < 240; ++number) {
      if (number % 24 == 0) {
        m_painter->paint(busyTexture, nullptr, load);  // something for OpenGL to be late with; drawn over below
        for (int before = 0; before < number; ++before) {
          uploadAndDraw(texture, before, board);
        }
      }
      uploadAndDraw(texture, number, board);
    }
    const QImage image = m_bench->picture();
    for (int number = 0; number < 240; ++number) {
      const QRect cell = cellOf(number);
      for (const QPoint& place : {cell.topLeft(), cell.center(), cell.bottomRight()}) {
        QVERIFY2(image.pixel(place) == colourOf(number), qPrintable(QString("cell %1").arg(number)));
      }
    }
  }

  /// The ring alone, while OpenGL is kept late by large pictures: buffers still in use must be met, and no picture
  /// harmed.
  void ringMeetsBuffersInUse() {
    const QSize large(1600, 1200);
    FrameTexture busyTexture;
    QCOMPARE(busyTexture.upload(plainFrame(512, 512, qRgb(9, 9, 9))), std::string());
    m_bench->target(large);
    render::PixelBufferUploader ring;
    std::vector<std::unique_ptr<FrameTexture>> textures;
    for (int number = 0; number < 24; ++number) {
      textures.push_back(std::make_unique<FrameTexture>());
      QCOMPARE(textures.back()->upload(plainFrame(32, 32, qRgb(0, 0, 0))), std::string());
    }
    m_bench->gl().glFinish();
    for (int number = 0; number < 24; ++number) {
      m_painter->paint(busyTexture, nullptr, squareOptions(large, QRectF(QPointF(0, 0), QSizeF(large))));
      const model::Frame frame = plainFrame(32, 32, colourOf(number));
      QCOMPARE(ring.upload(frame.pixels.data, {32, 32}, textures[static_cast<std::size_t>(number)]->texture()),
               std::string());
    }
    qInfo("%d of 24 uploads met a buffer in use", ring.orphanings());
    for (int number = 0; number < 24; ++number) {
      QCOMPARE(shown(*textures[static_cast<std::size_t>(number)]), colourOf(number));
    }
  }

  void wholePictureArrives() {
    const std::uint32_t seed = std::random_device{}();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    FrameTexture texture;
    for (int round = 0; round < 30; ++round) {
      const int width = std::uniform_int_distribution(1, 130)(random);
      const int height = std::uniform_int_distribution(1, 90)(random);
      const auto salt = static_cast<int>(random() & 255U);
      const ColourAt colour = [salt](int x, int y) {
        return qRgb((x * 3 + salt) % 256, (y * 5 + salt) % 256, (x ^ y) & 255);
      };
      QCOMPARE(texture.upload(frameBy(width, height, colour)), std::string());
      m_bench->target({width, height});
      PaintOptions options = squareOptions({width, height}, QRectF(0, 0, width, height));
      options.sampling = render::Sampling::Nearest;
      m_painter->paint(texture, nullptr, options);
      const QImage image = m_bench->picture();
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          QCOMPARE(image.pixel(x, y), colour(x, y));
        }
      }
    }
  }

  void refusals() {
    FrameTexture texture;
    QVERIFY(!texture.upload(model::Frame{}).empty());
    QVERIFY(texture.empty());
    QCOMPARE(texture.upload(plainFrame(4, 4, qRgb(5, 6, 7))), std::string());
    GLint largest = 0;
    m_bench->gl().glGetIntegerv(GL_MAX_TEXTURE_SIZE, &largest);
    const std::string error = texture.upload(plainFrame(largest + 1, 1, qRgb(0, 0, 0)));
    QVERIFY2(error.find(std::to_string(largest)) != std::string::npos, error.c_str());
    QCOMPARE(texture.size(), QSize(4, 4));  // what was shown stays
    m_bench->context().doneCurrent();
    QVERIFY(!texture.upload(plainFrame(4, 4, qRgb(5, 6, 7))).empty());
    QVERIFY(m_bench->context().makeCurrent(&m_bench->surface()));
  }

  void cudaFramesByInterop() {
    const LoomCudaInterface table = paperTable();
    const model::CudaLibrary cuda(&table);
    QVERIFY(cuda.available());
    {
      FrameTexture texture(cuda);
      for (int number = 1; number < 12; ++number) {
        const int side = 4 + number % 3 * 8;
        QCOMPARE(texture.upload(onPaper(plainFrame(side, side, colourOf(number)))), std::string());
        QCOMPARE(shown(texture), colourOf(number));
      }
      QVERIFY(texture.interopFailure().empty());
      QCOMPARE(paper.hostCopies, 0);
      QVERIFY(paper.registered >= 1 && paper.registered <= 3);  // only where a picture outgrows the buffer
      QCOMPARE(texture.upload(plainFrame(6, 6, colourOf(50))), std::string());  // a host frame in between
      QCOMPARE(shown(texture), colourOf(50));
    }
    QCOMPARE(paper.unregistered, paper.registered);
  }

  void interopThatFailsIsGivenUpOnce_data() {
    QTest::addColumn<bool>("atRegister");
    QTest::newRow("at register") << true;
    QTest::newRow("at copy") << false;
  }
  void interopThatFailsIsGivenUpOnce() {
    QFETCH(bool, atRegister);
    const LoomCudaInterface table = paperTable();
    const model::CudaLibrary cuda(&table);
    (atRegister ? paper.registerError : paper.bufferError) = "OpenGL does not draw with a CUDA device";
    FrameTexture texture(cuda);
    QTest::ignoreMessage(QtInfoMsg, "CUDA-OpenGL interop is not used: OpenGL does not draw with a CUDA device");
    for (int number = 1; number < 6; ++number) {
      QCOMPARE(texture.upload(onPaper(plainFrame(9, 4, colourOf(number)))), std::string());
      QCOMPARE(shown(texture), colourOf(number));
    }
    QCOMPARE(texture.interopFailure(), std::string("OpenGL does not draw with a CUDA device"));
    QCOMPARE(paper.registered, 1);  // not again every frame
    QCOMPARE(paper.hostCopies, 5);
    QCOMPARE(paper.unregistered, atRegister ? 0 : 1);
  }

  void bothWaysBarred() {
    const LoomCudaInterface table = paperTable();
    const model::CudaLibrary cuda(&table);
    FrameTexture texture(cuda);
    QCOMPARE(texture.upload(onPaper(plainFrame(4, 4, colourOf(3)))), std::string());
    paper.bufferError = "unplugged";
    paper.hostError = "copy pixels: unplugged";
    QCOMPARE(texture.upload(onPaper(plainFrame(4, 4, colourOf(4)))), std::string("copy pixels: unplugged"));
    QCOMPARE(shown(texture), colourOf(3));  // the picture that was there
    QCOMPARE(texture.upload(onPaper(plainFrame(8, 8, colourOf(4)))), std::string("copy pixels: unplugged"));
    QVERIFY(texture.empty());  // of another size: better nothing than noise
    const model::CudaLibrary none("no NVIDIA driver");
    FrameTexture without(none);
    QCOMPARE(without.upload(onPaper(plainFrame(4, 4, colourOf(4)))), std::string("no NVIDIA driver"));
  }

 private:
  static QRect cellOf(int number) { return {number % 20 * 30, number / 20 * 30, 28, 28}; }

  void uploadAndDraw(FrameTexture& texture, int number, const QSize& board) {
    const int width = 1 + number * 13 % 97;
    const int height = 1 + number * 29 % 61;
    QCOMPARE(texture.upload(plainFrame(width, height, colourOf(number))), std::string());
    PaintOptions options = squareOptions(board, QRectF(cellOf(number)));
    options.sampling = render::Sampling::Nearest;
    m_painter->paint(texture, nullptr, options);
  }

  QRgb shown(FrameTexture& texture) {
    m_bench->target({16, 16});
    m_painter->paint(texture, nullptr, squareOptions({16, 16}, QRectF(0, 0, 16, 16)));
    const QImage image = m_bench->picture();
    return image.pixel(0, 0) == image.pixel(15, 15) ? image.pixel(8, 8) : QRgb{0};
  }

  std::unique_ptr<GlBench> m_bench;
  std::unique_ptr<PicturePainter> m_painter;
};

QTEST_MAIN(FrameTextureTest)
#include "frame_texture_test.moc"
