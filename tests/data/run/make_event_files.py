"""Makes the event files in this folder, with other programs' own code, and checks that TensorBoard reads ours.

  pip install torch tensorboard pillow
  python make_event_files.py            writes pytorch/, tensorflow2/, expected/
  python make_event_files.py RUN        prints what TensorBoard finds in the folder RUN, as JSON

pytorch/      by torch.utils.tensorboard.SummaryWriter
tensorflow2/  events as TensorFlow 2's tf.summary writes them, by TensorBoard's own messages: TensorFlow itself is not needed
expected/     the very bytes that model/run/tf_events must write, by the same messages
"""
import glob, io, json, os, struct, sys

HERE = os.path.dirname(os.path.abspath(__file__))


def fresh(name):
    folder = os.path.join(HERE, name)
    os.makedirs(folder, exist_ok=True)
    for old in glob.glob(os.path.join(folder, "*")):
        os.remove(old)
    return folder


def png():
    from PIL import Image
    picture = Image.new("RGB", (3, 2), (250, 120, 10))
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


def pytorch():
    import numpy as np
    from torch.utils.tensorboard import SummaryWriter
    folder = fresh("pytorch")
    writer = SummaryWriter(folder)
    for step in range(0, 50, 10):
        writer.add_scalar("loss/G", 1.5 - step / 100, step, walltime=1700000000 + step)
    writer.add_scalar("loss/D", float("nan"), 10, walltime=1700000010)
    writer.add_scalar("loss/D", 0.25, 20, walltime=1700000020)
    writer.add_text("command", "learning-rate-d 0.0004", 30, walltime=1700000030)
    writer.add_image("samples", np.zeros((3, 2, 4), np.uint8), 40, walltime=1700000040)
    writer.add_histogram("weights", np.arange(4.0), 40, walltime=1700000040)
    writer.close()
    (made,) = glob.glob(os.path.join(folder, "*"))
    os.rename(made, os.path.join(folder, "events.out.tfevents.1700000000.pytorch"))


def record(event):
    from tensorboard.summary.writer.record_writer import masked_crc32c
    message = event.SerializeToString(deterministic=True)
    length = struct.pack("<Q", len(message))
    crc = lambda data: struct.pack("<I", masked_crc32c(data))
    return length + crc(length) + message + crc(message)


def tensorflow2():
    from tensorboard.compat.proto import event_pb2, summary_pb2
    from tensorboard.util import tensor_util
    import numpy as np
    events = [event_pb2.Event(wall_time=1700000000, file_version="brain.Event:2")]

    def value(tag, plugin, tensor):
        metadata = None
        if plugin:
            metadata = summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name=plugin))
        return summary_pb2.Summary.Value(tag=tag, tensor=tensor, metadata=metadata)

    def add(step, *values):
        events.append(event_pb2.Event(wall_time=1700000000 + step, step=step, summary=summary_pb2.Summary(value=values)))

    number = lambda x, dtype: tensor_util.make_tensor_proto(np.array(x, dtype))
    packed = number(0.75, np.float32)
    content = number(0.5, np.float32)
    content.tensor_content = struct.pack("<f", 0.5)
    del content.float_val[:]
    add(1, value("epoch_loss", "scalars", packed))
    add(2, value("epoch_loss", None, content))  # later ones leave the plugin out
    add(3, value("epoch_loss", "scalars", number(0.25, np.float64)), value("half", "scalars", number(-1.5, np.float16)))
    add(4, value("epoch_loss", "scalars", number(7, np.int64)), value("vector", "scalars", number([1, 2], np.float32)))
    add(5, value("picture", "images", tensor_util.make_tensor_proto([b"3", b"2", png()])))
    with open(os.path.join(fresh("tensorflow2"), "events.out.tfevents.1700000000.tensorflow2"), "wb") as file:
        for event in events:
            file.write(record(event))


def expected():
    from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
    Value = summary_pb2.Summary.Value

    def at(step, value):
        return event_pb2.Event(wall_time=1700000000.5 + step, step=step, summary=summary_pb2.Summary(value=[value]))

    shape = tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)])
    text = tensor_pb2.TensorProto(dtype=types_pb2.DT_STRING, tensor_shape=shape, string_val=["Grüße: pause".encode()])
    plugin = summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="text"))
    picture = summary_pb2.Summary.Image(height=2, width=3, colorspace=3, encoded_image_string=png())
    events = [
        event_pb2.Event(wall_time=1700000000.5, file_version="brain.Event:2"),
        at(1, Value(tag="loss/G", simple_value=0.625)),
        at(200, Value(tag="loss/G", simple_value=float("-inf"))),
        at(2**40, Value(tag="command", tensor=text, metadata=plugin)),
        at(7, Value(tag="samples", image=picture)),
        event_pb2.Event(wall_time=1700000000.5, step=5, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START)),
    ]
    folder = fresh("expected")
    with open(os.path.join(folder, "events.out.tfevents.1700000000.latent-loom"), "wb") as file:
        for event in events:
            file.write(record(event))
    with open(os.path.join(folder, "picture.png"), "wb") as file:
        file.write(png())


def show(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    found = EventAccumulator(folder, size_guidance={"scalars": 0, "images": 0, "tensors": 0})
    found.Reload()
    tags = found.Tags()
    print(json.dumps({
        "scalars": {tag: [[e.step, e.value] for e in found.Scalars(tag)] for tag in tags["scalars"]},
        "images": {tag: [[e.step, e.width, e.height] for e in found.Images(tag)] for tag in tags["images"]},
        "texts": {tag: [[e.step, e.tensor_proto.string_val[0].decode()] for e in found.Tensors(tag)
                        if found.SummaryMetadata(tag).plugin_data.plugin_name == "text"] for tag in tags["tensors"]},
    }))


if len(sys.argv) > 1:
    show(sys.argv[1])
else:
    pytorch()
    tensorflow2()
    expected()
